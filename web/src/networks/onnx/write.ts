/** A trained network becomes an .onnx file with its card, which `shuzi.load` and `shuzi evaluate` take. */
import { IR, OPSET } from "../../generated/networks";
import { ENTRY, MODEL, OPSET_ID } from "../../generated/onnx";
import { joined } from "../../shared/files/bytes";
import { cardOf, type Trained } from "./card";
import { graphOf } from "./graph";
import { type Bytes, bytes, integer, message, text } from "./protobuf";
import { sha256 } from "./sha256";

export function onnxOf(trained: Trained): Bytes {
  const graph = graphOf(trained.network, trained.settings.network);
  return modelOf(graph, JSON.stringify(cardOf(trained, sha256(graph))));
}

/** The file of a graph and its card, both encoded. */
export function modelOf(graph: Bytes, card: string): Bytes {
  return joined([
    integer(MODEL.ir_version, IR),
    text(MODEL.producer_name, "shuzi"),
    bytes(MODEL.graph, graph),
    message(MODEL.opset_import, [text(OPSET_ID.domain, ""), integer(OPSET_ID.version, OPSET)]),
    message(MODEL.metadata_props, [text(ENTRY.key, "shuzi.card"), text(ENTRY.value, card)]),
  ]);
}
