"""What python-stdnum says of numbers: lines `no NUMBER` or `nhs NUMBER` come in; out go its day of today and, for each line,
`valid` or the name of the exception."""

import datetime
import sys

from stdnum.exceptions import ValidationError
from stdnum.gb import nhs
from stdnum.no import fodselsnummer

SYSTEMS = {"no": fodselsnummer, "nhs": nhs}

print(datetime.date.today().isoformat())
for line in sys.stdin:
    system, number = line.rstrip("\n").split(" ", 1)
    try:
        SYSTEMS[system].validate(number)
        print("valid")
    except ValidationError as error:
        print(type(error).__name__)
