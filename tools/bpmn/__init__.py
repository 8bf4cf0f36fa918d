"""Lays out the process diagrams: lanes, layers, tidy arrows, written into the `.bpmn` itself (BPMN DI)."""
