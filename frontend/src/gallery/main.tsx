import { render } from "preact";
import { applyView, viewOf } from "../theme";
import "../tokens.css";
import "../base.css";
import { Gallery } from "./gallery";

applyView(viewOf(location.href), false, document.documentElement);
const board = document.getElementById("board");
if (board) render(<Gallery />, board);
