"""What an author chooses for a campaign beside text and list, and what of it goes to the API."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sms4a.models import Qos


class Treatment(StrEnum):
    """What happens to characters outside the short (GSM-7) alphabet."""

    AUTOMATIC = "automatic"
    """Messages that need it go out in Unicode, the others short."""
    REFUSE = "refuse"
    """Rows whose message needs Unicode are left out and listed."""
    REPLACE = "replace"
    """The API puts a blank in their place."""
    TRANSLITERATE = "transliterate"
    """The API puts a look-alike in their place; which one, it alone knows."""
    UNICODE = "unicode"
    """Every message goes out in Unicode."""


class CampaignOptions(BaseModel):
    """The author's choices. None means: as the account at Retarus sets it, which is not the same as off or 0.

    The job's reference and duplicate detection are ours on every job; encoding, invalid characters and the
    greatest number of parts are always sent, so that nothing is cut or replaced by an account default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status_requested: bool | None = True
    flash: bool | None = None
    validity_min: Annotated[int, Field(ge=5, le=2880)] | Literal[0] | None = None
    qos: Qos | None = None
    treatment: Treatment = Treatment.AUTOMATIC
    max_parts: Annotated[int, Field(ge=1, le=20)] = 4
    billcode: Annotated[str, StringConstraints(min_length=1, max_length=70)] | None = None
    quiet: tuple[tuple[int, int], ...] = ()
    """Periods without delivery (blackout): start and end in epoch milliseconds."""
    defaults: tuple[tuple[str, str], ...] = ()
    """Placeholder and what stands for an empty value; without one, rows with an empty value are left out."""
    links: tuple[str, ...] = ()
    """Placeholders whose values may be or hold a link."""
