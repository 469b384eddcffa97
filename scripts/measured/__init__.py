"""What scripts/accuracy measures, a table to a module.

Each module has NAME, INTRODUCTION, is_case(case), measure_case(name) -> rows
and table(rows).
"""
