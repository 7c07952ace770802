"""Room for connections: each is an open file, of which many systems grant 1,024 at first."""

import resource

# What a worker has open besides: its database, cache, libraries, connections to sources.
_BESIDES = 500


def room_for(connections: int) -> int:
    """Have this process, and the workers it starts, granted that many; returns how many they get.

    One too many would be an error in whatever needs a file next.
    """
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _BESIDES
    if granted != resource.RLIM_INFINITY and granted < wanted:
        granted = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))
    if granted == resource.RLIM_INFINITY:
        return connections
    return min(connections, max(granted - _BESIDES, granted // 2))
