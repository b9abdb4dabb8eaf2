import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./shared/shared.css";
import "./shell/shell.css";
import { view } from "./address";
import { prepare } from "./here/read";
import { Shell, workOffline } from "./shell/shell";
// after the views, whose styles they change
import "./styles/landscape.css";
import "./styles/print.css";

workOffline();
// what reads starts while the page is drawn
if (view.peek() === "write") prepare();
const page = document.getElementById("page");
if (page) render(<Shell />, page);
