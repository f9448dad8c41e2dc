"""A request of any size as jobs of a size the API takes."""

from collections.abc import Iterable, Iterator

from sms4a.models import MAX_RECIPIENTS, JobRequest, Message, Options


def split_jobs(
    messages: Iterable[Message], options: Options | None = None, *, reference: str, size: int = MAX_RECIPIENTS
) -> Iterator[JobRequest]:
    """Jobs of at most `size` recipients (1 to 3,000), in the order of the messages, one after the other.

    Each has a reference of its own, `<reference>.1`, `<reference>.2`, …: after an unclear answer it is the only way to
    find out whether a job was taken. A message with more recipients than fit goes on in the next job. `messages` may be
    a generator: not more than one job is held at a time.
    """
    if not 1 <= size <= MAX_RECIPIENTS:
        raise ValueError(f"a job holds 1 to {MAX_RECIPIENTS} recipients")
    if options is not None and options.customer_ref is not None:
        raise ValueError("the references of the jobs are made from `reference`")
    return _jobs(messages, options or Options(), reference, size)


def _jobs(messages: Iterable[Message], options: Options, reference: str, size: int) -> Iterator[JobRequest]:
    for n, pieces in enumerate(_packs(messages, size), 1):
        named = options.model_copy(update={"customer_ref": f"{reference}.{n}"})
        # A copy is not validated, and this reference may be one too long.
        yield JobRequest(options=Options.model_validate(named.model_dump(exclude_unset=True)), messages=pieces)


def _packs(messages: Iterable[Message], size: int) -> Iterator[tuple[Message, ...]]:
    pack: list[Message] = []
    room = size
    for message in messages:
        for piece in _pieces(message, room, size):
            pack.append(piece)
            room -= len(piece.recipients)
            if room == 0:
                yield tuple(pack)
                pack, room = [], size
    if pack:
        yield tuple(pack)


def _pieces(message: Message, first: int, size: int) -> Iterator[Message]:
    """The message in pieces: the first for at most `first` recipients, the others for at most `size`."""
    if len(message.recipients) <= first:
        yield message
        return
    start, stop = 0, first
    while start < len(message.recipients):
        yield Message(text=message.text, recipients=message.recipients[start:stop])
        start, stop = stop, stop + size
