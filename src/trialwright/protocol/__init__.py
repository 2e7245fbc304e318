"""Protocol: the file a team writes, read into a study with every complaint at once.

Lives here: the sections a file may hold, eligibility criteria as data, the reader, the JSON Schema for editors.
May import: designs, rules, diseases (by their registries) and vocabulary. To add a section: a model in
``sections.py``, a line in ``read.SECTIONS``, a field in ``study.Study``.
"""

from trialwright.protocol.read import parse_protocol, read_protocol
from trialwright.protocol.schema import protocol_schema
from trialwright.protocol.study import Study

__all__ = ["Study", "parse_protocol", "protocol_schema", "read_protocol"]
