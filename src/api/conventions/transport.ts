import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

const FORWARDING = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "via"];

/** Tells secure requests from others, and who really asks, by the one list of trusted proxies (T2). */
export interface Transport {
  isSecure(request: IncomingMessage): boolean;
  /** Whether a program on this machine asks, without a proxy in between. */
  isThisMachine(request: IncomingMessage): boolean;
  /** `https://help.example.com`: the configured public URL, else scheme and host as far as they are trusted (T14). */
  originOf(request: IncomingMessage): string;
  /** The address of the client: the peer's, or what a trusted proxy says. */
  clientOf(request: IncomingMessage): string;
  hostOf(request: IncomingMessage): string;
}

export function openTransport(trustedProxies: readonly string[], publicUrl: string | null): Transport {
  const trusted = blockListOf(trustedProxies);
  const isTrusted = (request: IncomingMessage): boolean => contains(trusted, peerOf(request));

  function isSecure(request: IncomingMessage): boolean {
    const forwarded = request.headers["x-forwarded-proto"];
    const schemes =
      forwarded === undefined
        ? []
        : String(forwarded)
            .split(",")
            .map((scheme) => scheme.trim().toLowerCase());
    if (schemes.some((scheme) => scheme !== "https")) return false;
    if (isEncrypted(request)) return true;
    if (schemes.length > 0) return isTrusted(request);
    return isThisMachine(request);
  }

  function hostOf(request: IncomingMessage): string {
    const forwarded = request.headers["x-forwarded-host"];
    const host = forwarded !== undefined && isTrusted(request) ? String(forwarded).split(",")[0]?.trim() : undefined;
    const named = host ?? request.headers.host ?? "";
    return /^[a-zA-Z0-9.\-_]+(:\d{1,5})?$|^\[[0-9a-fA-F:.]+\](:\d{1,5})?$/.test(named) ? named : "localhost";
  }

  return {
    isSecure,
    isThisMachine,
    hostOf,
    originOf(request) {
      if (publicUrl !== null) return publicUrl;
      const https = isEncrypted(request) || request.headers["x-forwarded-proto"] !== undefined;
      return `${https ? "https" : "http"}://${hostOf(request)}`;
    },
    clientOf(request) {
      const peer = peerOf(request);
      const forwarded = request.headers["x-forwarded-for"];
      if (forwarded === undefined || !isTrusted(request)) return peer;
      // The last address that no trusted proxy of ours wrote is as far as the list can be believed.
      const hops = String(forwarded)
        .split(",")
        .map((hop) => hop.trim());
      return hops.findLast((hop) => !contains(trusted, hop)) ?? peer;
    },
  };
}

function isThisMachine(request: IncomingMessage): boolean {
  return isLoopback(peerOf(request)) && FORWARDING.every((header) => request.headers[header] === undefined);
}

function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function isEncrypted(request: IncomingMessage): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true;
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  if (isIPv4(address)) return list.check(address, "ipv4");
  return isIPv6(address) && list.check(address, "ipv6");
}
