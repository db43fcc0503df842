// Calls to the node behind this page: the one place that knows addresses, methods and the shape of errors.

import type { Command } from "./commands";
import { language } from "./i18n/index.svelte";

const BASE = "/api/v1/";

/** Why a call failed: `status` 0 means that no answer came. */
export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly remedy?: string) {
    super(message);
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { "accept-language": language.tag };
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(BASE + path, { method, headers, body: JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new ApiError(0, "unreachable", "");
  }
  const text = await response.text();
  const parsed = parse(text);
  if (response.ok) return parsed as T;
  const { code, message, remedy } = (parsed as { error?: Record<string, string> })?.error ?? {};
  throw new ApiError(response.status, code ?? String(response.status), message ?? text.slice(0, 300), remedy);
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

export const get = <T>(path: string): Promise<T> => call("GET", path);
export const post = <T>(path: string, body: unknown): Promise<T> => call("POST", path, body);
export const remove = (path: string): Promise<void> => call("DELETE", path);
export const command = <T = { recorded: string }>(order: Command): Promise<T> => post("commands", order);
export const EVENTS = `${BASE}events`;
