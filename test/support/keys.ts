// The keys tests run under: fixed, so that sealed values and pseudonyms are the same in every run. Used nowhere else.
// Composed by vitest.config.ts (as bindings of the Worker under test) and by tests that build a Config of their own.

/** The three secrets of a deployment, as settings; the private key is that of RFC 7515, appendix A.3. */
export const TEST_KEYS = {
  VAULT_KEYS: JSON.stringify({
    keys: [
      { kty: "oct", kid: "test-1", alg: "A256GCM", k: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" },
      // The one before: opens, and seals nothing any more.
      { kty: "oct", kid: "test-0", alg: "A256GCM", k: "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE" },
    ],
  }),
  SIGNING_KEYS: JSON.stringify({
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        kid: "test-signing-1",
        alg: "ES256",
        use: "sig",
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
      },
    ],
  }),
  PSEUDONYM_KEY: "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
} as const
