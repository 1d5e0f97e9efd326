/* Addresses of local sockets, which Windows 10 has. */
#include <winsock2.h>
#include <afunix.h>
