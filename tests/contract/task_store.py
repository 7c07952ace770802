"""What every TaskStore does."""

from .task_deadline import DeadlineContract
from .task_ending import EndingContract
from .task_reading import ListingContract, SnapshotContract
from .task_running import ClaimingContract, CreatingContract, RecordingContract


class TaskStoreContract(
    CreatingContract,
    ClaimingContract,
    RecordingContract,
    EndingContract,
    DeadlineContract,
    ListingContract,
    SnapshotContract,
):
    """All of it."""
