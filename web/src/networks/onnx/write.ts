/** A trained network becomes an .onnx file with its card, which `shuzi.load` and `shuzi evaluate` take. */
import { IR, OPSET } from "../../generated/networks";
import { cardOf, type Trained } from "./card";
import { graphOf } from "./graph";
import { type Bytes, bytes, integer, joined, message, text } from "./protobuf";
import { sha256 } from "./sha256";

const MODEL = { ir: 1, producer: 2, graph: 7, opset: 8, metadata: 14 };

export function onnxOf(trained: Trained): Bytes {
  const graph = graphOf(trained.network, trained.settings.network);
  return modelOf(graph, JSON.stringify(cardOf(trained, sha256(graph))));
}

/** The file of a graph and its card, both encoded. */
export function modelOf(graph: Bytes, card: string): Bytes {
  return joined([
    integer(MODEL.ir, IR),
    text(MODEL.producer, "shuzi"),
    bytes(MODEL.graph, graph),
    message(MODEL.opset, [text(1, ""), integer(2, OPSET)]),
    message(MODEL.metadata, [text(1, "shuzi.card"), text(2, card)]),
  ]);
}
