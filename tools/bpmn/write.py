"""Writes a laid out process: `incoming` and `outgoing` of every node, and the diagram interchange."""

import xml.etree.ElementTree as ET

from tools.bpmn.draw import Box, Drawing, drawing
from tools.bpmn.graph import BPMN, Graph, Node, graph_of

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"
COLOR = "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
PREFIXES = {"": BPMN, "bpmndi": DI, "dc": DC, "di": DD, "xsi": XSI, "color": COLOR}
FIRST = ("documentation", "extensionElements", "categoryValueRef")
"""What the schema wants before a node's flows."""
STATE_COLOR = {f"{COLOR}background-color": "#fde68a", f"{COLOR}border-color": "#78350f"}


def laid_out(text: str) -> str:
    """The file with its layout made anew; only what the file says of the process counts. Raises Unlayable."""
    for prefix, uri in PREFIXES.items():
        ET.register_namespace(prefix, uri.strip("{}"))
    root = ET.fromstring(text, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
    graph = graph_of(root)
    _join(root, graph)
    for old in root.findall(f"{DI}BPMNDiagram"):
        root.remove(old)
    root.append(_diagram(root, graph, drawing(graph)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _join(root: ET.Element, graph: Graph) -> None:
    process = root.find(f"{BPMN}process")
    assert process is not None
    for each in process:
        if (ident := each.get("id", "")) not in graph.nodes:
            continue
        for old in [*each.findall(f"{BPMN}incoming"), *each.findall(f"{BPMN}outgoing")]:
            each.remove(old)
        place = sum(child.tag.removeprefix(BPMN) in FIRST for child in each)
        refs = [("incoming", flow.id) for flow in graph.into(ident)]
        refs += [("outgoing", flow.id) for flow in graph.out_of(ident)]
        for nth, (name, flow) in enumerate(refs):
            ref = ET.Element(f"{BPMN}{name}")
            ref.text = flow
            each.insert(place + nth, ref)


def _diagram(root: ET.Element, graph: Graph, drawn: Drawing) -> ET.Element:
    collaboration = root.find(f"{BPMN}collaboration")
    assert collaboration is not None
    ident = collaboration.attrib["id"]
    diagram = ET.Element(f"{DI}BPMNDiagram", {"id": f"{ident}-diagram"})
    plane = ET.SubElement(diagram, f"{DI}BPMNPlane", {"id": f"{ident}-plane", "bpmnElement": ident})
    _shape(plane, graph.pool, drawn.pool, {"isHorizontal": "true"})
    for pool, box in drawn.pools.items():
        _shape(plane, pool, box, {"isHorizontal": "true"})
    for lane, box in drawn.lanes.items():
        _shape(plane, lane, box, {"isHorizontal": "true"})
    for node, box in drawn.nodes.items():
        shape = _shape(plane, node, box, _look(graph.nodes[node]))
        if node in drawn.labels:
            _bounds(ET.SubElement(shape, f"{DI}BPMNLabel"), drawn.labels[node])
    for flow, points in (drawn.flows | drawn.messages).items():
        edge = ET.SubElement(plane, f"{DI}BPMNEdge", {"id": f"{flow}-edge", "bpmnElement": flow})
        for x, y in points:
            ET.SubElement(edge, f"{DD}waypoint", {"x": str(x), "y": str(y)})
        if flow in drawn.message_labels:
            _bounds(ET.SubElement(edge, f"{DI}BPMNLabel"), drawn.message_labels[flow])
    return diagram


def _look(node: Node) -> dict[str, str]:
    """A state is coloured and has no cross: it is where the case rests, not a choice."""
    look = {"isMarkerVisible": str(not node.state).lower()} if node.tag == "exclusiveGateway" else {}
    return look | STATE_COLOR if node.state else look


def _shape(plane: ET.Element, element: str, box: Box, more: dict[str, str]) -> ET.Element:
    shape = ET.SubElement(plane, f"{DI}BPMNShape", {"id": f"{element}-shape", "bpmnElement": element, **more})
    _bounds(shape, box)
    return shape


def _bounds(owner: ET.Element, box: Box) -> None:
    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    ET.SubElement(owner, f"{DC}Bounds", {name: str(value) for name, value in size.items()})
