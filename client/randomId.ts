/** Names that nobody else has: 128 random bits in hex. `crypto.randomUUID` is kept from pages that are not served securely. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
