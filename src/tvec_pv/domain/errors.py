"""What can go wrong, in words that say what to do. No message carries case content."""


class TvecPvError(Exception):
    """Any failure that this product names itself."""


class DateError(TvecPvError):
    """A text that names no day."""


class NumberError(TvecPvError):
    """A text that is no number."""


class UnreadableFile(TvecPvError):
    """A file no reader understands; it is quarantined whole with this message as its reason."""


class SettingsError(TvecPvError):
    """A setting that cannot be used: the message names it and what it must be."""


class ReferenceDataError(TvecPvError):
    """A mistake in a file of `reference/`: the message names file, entry and field."""


class MappingError(TvecPvError):
    """A mistake in a mapping file: the message names file, key and what is wrong with it."""


class OutOfBalance(TvecPvError):
    """A run whose records do not add up; nothing is published from it."""


class CheckRaised(TvecPvError):
    """An expectation that could not be evaluated: the batch stops, because an unchecked case is not a good one."""


class WorkerLost(TvecPvError):
    """A process that prepared records ended before it was done: it was killed, or the memory did not suffice."""


class AlreadyRunning(TvecPvError):
    """Another run holds the store."""


class CannotWrite(TvecPvError):
    """A file that cannot be written where it should lie."""


class StoreRefused(TvecPvError):
    """The database refused a change. What it says of the reason may quote a report, so only its kind is kept."""


class StoreUnavailable(TvecPvError):
    """The database does not answer."""


class NotFound(TvecPvError):
    """Nothing stored under the name that was asked for."""


class AuditBroken(TvecPvError):
    """The audit chain does not verify."""


class Refused(TvecPvError):
    """What a person asked for cannot be done as things stand; the message says why, and what can."""


class NotAllowed(TvecPvError):
    """Somebody asked for what is not theirs to do."""


def refusal(error: OSError) -> str:
    """Why the system would not do something, in its words and without a path."""
    return error.strerror or type(error).__name__
