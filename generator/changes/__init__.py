"""What a new contract means for callers: `report(old, new)`."""

from generator.changes.change import Change
from generator.changes.report import Report, report
from generator.changes.rules import RULES, Grade, Rule

__all__ = ["RULES", "Change", "Grade", "Report", "Rule", "report"]
