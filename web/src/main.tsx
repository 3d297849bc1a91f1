import { render } from "preact";

import { App } from "@/app/App";
import "@/shared/styles/base.css";
import "@/shared/styles/components.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
