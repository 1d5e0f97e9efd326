/* libzmq's own names for the functions in the table of pyzmq_capi.h, which includes this.
 *
 * Generated from zmq/include/pyzmq_capi.h by `nox -s generate`. DO NOT EDIT.
 */
#ifndef PYZMQ_CAPI_NAMES_H
#define PYZMQ_CAPI_NAMES_H

#define zmq_version pyzmq_capi_table->zmq_version
#define zmq_errno pyzmq_capi_table->zmq_errno
#define zmq_strerror pyzmq_capi_table->zmq_strerror
#define zmq_has pyzmq_capi_table->zmq_has
#define zmq_ctx_new pyzmq_capi_table->zmq_ctx_new
#define zmq_ctx_term pyzmq_capi_table->zmq_ctx_term
#define zmq_ctx_shutdown pyzmq_capi_table->zmq_ctx_shutdown
#define zmq_ctx_set pyzmq_capi_table->zmq_ctx_set
#define zmq_ctx_get pyzmq_capi_table->zmq_ctx_get
#define zmq_socket pyzmq_capi_table->zmq_socket
#define zmq_close pyzmq_capi_table->zmq_close
#define zmq_setsockopt pyzmq_capi_table->zmq_setsockopt
#define zmq_getsockopt pyzmq_capi_table->zmq_getsockopt
#define zmq_bind pyzmq_capi_table->zmq_bind
#define zmq_connect pyzmq_capi_table->zmq_connect
#define zmq_unbind pyzmq_capi_table->zmq_unbind
#define zmq_disconnect pyzmq_capi_table->zmq_disconnect
#define zmq_send pyzmq_capi_table->zmq_send
#define zmq_send_const pyzmq_capi_table->zmq_send_const
#define zmq_recv pyzmq_capi_table->zmq_recv
#define zmq_socket_monitor pyzmq_capi_table->zmq_socket_monitor
#define zmq_msg_init pyzmq_capi_table->zmq_msg_init
#define zmq_msg_init_size pyzmq_capi_table->zmq_msg_init_size
#define zmq_msg_init_data pyzmq_capi_table->zmq_msg_init_data
#define zmq_msg_send pyzmq_capi_table->zmq_msg_send
#define zmq_msg_recv pyzmq_capi_table->zmq_msg_recv
#define zmq_msg_close pyzmq_capi_table->zmq_msg_close
#define zmq_msg_move pyzmq_capi_table->zmq_msg_move
#define zmq_msg_copy pyzmq_capi_table->zmq_msg_copy
#define zmq_msg_data pyzmq_capi_table->zmq_msg_data
#define zmq_msg_size pyzmq_capi_table->zmq_msg_size
#define zmq_msg_more pyzmq_capi_table->zmq_msg_more
#define zmq_msg_get pyzmq_capi_table->zmq_msg_get
#define zmq_msg_set pyzmq_capi_table->zmq_msg_set
#define zmq_msg_gets pyzmq_capi_table->zmq_msg_gets
#define zmq_poll pyzmq_capi_table->zmq_poll
#define zmq_proxy pyzmq_capi_table->zmq_proxy
#define zmq_proxy_steerable pyzmq_capi_table->zmq_proxy_steerable
#define zmq_curve_keypair pyzmq_capi_table->zmq_curve_keypair
#define zmq_curve_public pyzmq_capi_table->zmq_curve_public
#define zmq_z85_encode pyzmq_capi_table->zmq_z85_encode
#define zmq_z85_decode pyzmq_capi_table->zmq_z85_decode
#define zmq_atomic_counter_new pyzmq_capi_table->zmq_atomic_counter_new
#define zmq_atomic_counter_set pyzmq_capi_table->zmq_atomic_counter_set
#define zmq_atomic_counter_inc pyzmq_capi_table->zmq_atomic_counter_inc
#define zmq_atomic_counter_dec pyzmq_capi_table->zmq_atomic_counter_dec
#define zmq_atomic_counter_value pyzmq_capi_table->zmq_atomic_counter_value
#define zmq_atomic_counter_destroy pyzmq_capi_table->zmq_atomic_counter_destroy
#define zmq_timers_new pyzmq_capi_table->zmq_timers_new
#define zmq_timers_destroy pyzmq_capi_table->zmq_timers_destroy
#define zmq_timers_add pyzmq_capi_table->zmq_timers_add
#define zmq_timers_cancel pyzmq_capi_table->zmq_timers_cancel
#define zmq_timers_set_interval pyzmq_capi_table->zmq_timers_set_interval
#define zmq_timers_reset pyzmq_capi_table->zmq_timers_reset
#define zmq_timers_timeout pyzmq_capi_table->zmq_timers_timeout
#define zmq_timers_execute pyzmq_capi_table->zmq_timers_execute
#define zmq_join pyzmq_capi_table->zmq_join
#define zmq_leave pyzmq_capi_table->zmq_leave
#define zmq_msg_routing_id pyzmq_capi_table->zmq_msg_routing_id
#define zmq_msg_set_routing_id pyzmq_capi_table->zmq_msg_set_routing_id
#define zmq_msg_group pyzmq_capi_table->zmq_msg_group
#define zmq_msg_set_group pyzmq_capi_table->zmq_msg_set_group

#endif /* PYZMQ_CAPI_NAMES_H */
