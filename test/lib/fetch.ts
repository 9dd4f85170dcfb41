/** Requests as clients make them, with their answers read. For odd ones see http.ts. */

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

export async function get(url: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, init);
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}

export const post = (url: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  get(url, path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
