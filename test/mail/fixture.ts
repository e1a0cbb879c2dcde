import { readFileSync } from "node:fs";
import { parseMessage } from "../../src/mail/parse.ts";
import type { ParsedMessage } from "../../src/mail/parsed-message.ts";

export const fixturePath = (name: string): string => new URL(`../fixtures/mail/${name}`, import.meta.url).pathname;

export const readFixture = (name: string): Uint8Array => readFileSync(fixturePath(name));

export const parseFixture = (name: string): Promise<ParsedMessage> => parseMessage(readFixture(name));

export const parseText = (message: string): Promise<ParsedMessage> => parseMessage(Buffer.from(message));
