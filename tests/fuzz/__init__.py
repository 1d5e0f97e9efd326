"""A fuzzer of what libzmq and pyzmq parse: ZMTP, WebSocket handshakes and frames, and ZAP, at the level of sockets."""
