# Seen by the bundled libzmq only: the libsodium of this build graph, in place of a search that needs pkg-config.
#
# SODIUM_LIBRARIES stays empty: libzmq would export a target that depends on one outside of its own exports. What links
# libzmq links libsodium after it.
set(SODIUM_FOUND TRUE)
set(sodium_FOUND TRUE)
get_target_property(SODIUM_INCLUDE_DIRS pyzmq_sodium INTERFACE_INCLUDE_DIRECTORIES)
set(SODIUM_LIBRARIES "")
