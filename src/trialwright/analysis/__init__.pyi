from .case import (
    Case as Case,
    case_of as case_of,
)
