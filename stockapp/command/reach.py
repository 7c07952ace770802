"""Whether the servers that nodes share can be used: one sentence where not, else their secret.

Run as a process of its own (`reached.py`).
"""

from stockapp.settings import Settings, read_settings
from stockapp.settings.scaling import lacking

try:
    from stockapp.backends.distributed.celery_app import configure
    from stockapp.backends.distributed.events import RedisEventLog
    from stockapp.backends.distributed.link import RedisLink
    from stockapp.backends.distributed.postgres import PostgresDatabase
    from stockapp.backends.distributed.servers import Servers
    from stockapp.backends.distributed.shared_secret import shared_secret
    from stockapp.ports import StoreTrouble
except ImportError as error:
    raise SystemExit(lacking(error.name)) from None


def reach(settings: Settings) -> bytes:
    """The secret that all nodes share.

    Raises StoreTrouble where a server cannot be used, ValueError for an address that is none.
    """
    servers = settings.redis_url.get_secret_value(), settings.redis_prefix
    link = RedisLink(*servers)
    configure(*servers)
    postgres = PostgresDatabase(settings.database_url.get_secret_value(), RedisEventLog(link))
    try:
        Servers(link, postgres).reach()
        return settings.secret_key.get_secret_value().encode() or shared_secret(postgres)
    finally:
        postgres.close()
        link.close()


if __name__ == "__main__":
    try:
        print(reach(read_settings()).hex())
    except (StoreTrouble, ValueError) as trouble:
        raise SystemExit(f"stockapp cannot start: {str(trouble).rstrip('.')}.") from None
