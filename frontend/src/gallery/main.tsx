import { render } from "preact";
import { applyTheme } from "../theme";
import "../tokens.css";
import "../base.css";
import { Gallery } from "./gallery";

applyTheme(location.href, document.documentElement);
const board = document.getElementById("board");
if (board) render(<Gallery />, board);
