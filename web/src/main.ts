// Where the app begins: language and theme before the first paint, then everything else.

import { mount } from "svelte";
import "./app.css";
import App from "./App.svelte";
import { language } from "./lib/i18n/index.svelte";
import { theme } from "./lib/theme.svelte";

theme.apply();
language.apply();
mount(App, { target: document.getElementById("app")! });
