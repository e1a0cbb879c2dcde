import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What `PublicKeyCredentialCreationOptionsJSON` and its like have, as far as this looks. */
interface Options {
  challenge: string;
  rp?: { id: string };
  rpId?: string;
  user?: { id: string };
  allowCredentials?: { id: string }[];
}

interface Faults {
  origin?: string;
  rpId?: string;
  /** Whether it made sure who its user is; it does unless told otherwise. */
  verified?: boolean;
  type?: string;
}

/** A passkey in software: ES256, one credential, and a count of uses (WebAuthn 6, CTAP 2.1). */
export class Authenticator {
  readonly credentialId = randomBytes(32);
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #origin: string;
  #userHandle = "";
  /** Synced passkeys do not count: 0 for ever. */
  counts = true;
  count = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** As `navigator.credentials.create` answers, in JSON. */
  create(options: Options, faults: Faults = {}): object {
    this.#userHandle = options.user?.id ?? "";
    const jwk = this.#keys.publicKey.export({ format: "jwk" });
    const key = cborMap([
      [cborInt(1), cborInt(2)],
      [cborInt(3), cborInt(-7)],
      [cborInt(-1), cborInt(1)],
      [cborInt(-2), cborBytes(Buffer.from(jwk.x ?? "", "base64url"))],
      [cborInt(-3), cborBytes(Buffer.from(jwk.y ?? "", "base64url"))],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.credentialId, key]);
    const data = Buffer.concat([this.#data(faults.rpId ?? options.rp?.id ?? "", 0x40, faults), credential]);
    const attestation = cborMap([
      [cborText("fmt"), cborText("none")],
      [cborText("attStmt"), cborMap([])],
      [cborText("authData"), cborBytes(data)],
    ]);
    return this.#credential({
      clientDataJSON: this.#clientData(faults.type ?? "webauthn.create", options.challenge, faults).toString(
        "base64url",
      ),
      attestationObject: attestation.toString("base64url"),
      transports: ["internal"],
    });
  }

  /** As `navigator.credentials.get` answers, in JSON. */
  get(options: Options, faults: Faults = {}): object {
    if (this.counts) this.count += 1;
    const data = this.#data(faults.rpId ?? options.rpId ?? "", 0, faults);
    const client = this.#clientData(faults.type ?? "webauthn.get", options.challenge, faults);
    const signed = Buffer.concat([data, createHash("sha256").update(client).digest()]);
    return this.#credential({
      clientDataJSON: client.toString("base64url"),
      authenticatorData: data.toString("base64url"),
      signature: sign("sha256", signed, this.#keys.privateKey).toString("base64url"),
      userHandle: this.#userHandle,
    });
  }

  #data(rpId: string, flags: number, { verified = true }: Faults): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.count);
    const all = 0x01 | (verified ? 0x04 : 0) | flags;
    return Buffer.concat([createHash("sha256").update(rpId).digest(), Buffer.from([all]), count]);
  }

  #clientData(type: string, challenge: string, { origin = this.#origin }: Faults): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  #credential(response: object): object {
    const id = this.credentialId.toString("base64url");
    return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response };
  }
}

/** As much of CBOR (RFC 8949) as a passkey speaks. */
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
}

function cborInt(value: number): Buffer {
  return value < 0 ? head(1, -1 - value) : head(0, value);
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([head(2, bytes.length), bytes]);
}

function cborText(text: string): Buffer {
  return Buffer.concat([head(3, Buffer.byteLength(text)), Buffer.from(text)]);
}

function cborMap(entries: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat()]);
}
