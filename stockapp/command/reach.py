"""Whether the servers that nodes share can be used; before a server or a worker starts."""

from stockapp.backends.distributed.events import RedisEventLog
from stockapp.backends.distributed.link import RedisLink
from stockapp.backends.distributed.postgres import PostgresDatabase
from stockapp.backends.distributed.servers import Servers
from stockapp.backends.distributed.shared_secret import shared_secret
from stockapp.ports import StoreTrouble
from stockapp.settings import Settings, read_settings


def reach(settings: Settings) -> bytes:
    """The secret that all nodes share.

    Raises SystemExit with one sentence where a server cannot be used.
    """
    link = RedisLink(settings.redis_url.get_secret_value(), settings.redis_prefix)
    postgres = PostgresDatabase(settings.database_url.get_secret_value(), RedisEventLog(link))
    try:
        Servers(link, postgres).check()
        return settings.secret_key.get_secret_value().encode() or shared_secret(postgres)
    except StoreTrouble as trouble:
        raise SystemExit(f"stockapp cannot start: {trouble}.") from None
    finally:
        postgres.close()
        link.close()


if __name__ == "__main__":
    # For gunicorn's master, which must not import what uses ssl itself.
    print(reach(read_settings()).hex())
