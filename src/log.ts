import { type Logger, pino } from "pino";
import type { Config } from "./config.ts";

/** The server's log: one JSON object a line, on standard error. See docs/monitoring.md for what the lines hold. */
export function openLog({ logLevel }: Pick<Config, "logLevel">): Logger {
  return pino({ level: logLevel, serializers: { error: pino.stdSerializers.err } }, pino.destination(2));
}
