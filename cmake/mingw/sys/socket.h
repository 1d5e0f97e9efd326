/* libzmq looks for sockets where POSIX has them, unless the compiler is Visual Studio's. */
#include <winsock2.h>
