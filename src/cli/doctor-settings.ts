import { type Config, type Flags, VARIABLES, readConfig } from "../config.ts";

export interface Setting {
  name: string;
  value: string;
  source: "option" | "environment" | "default";
}

/** Every variable as it stands, and who said so. Secrets are masked. */
export function settingsOf(config: Config, flags: Flags): Setting[] {
  // A variable that says what the default says anyway counts as the default.
  const defaults = readConfig({}, {});
  const members = Object.keys(VARIABLES) as (keyof Config)[];
  return members.map((member) => {
    const isDefault = JSON.stringify(config[member]) === JSON.stringify(defaults[member]);
    const source = flags[member] !== undefined ? "option" : isDefault ? "default" : "environment";
    return { name: VARIABLES[member].name, value: valueText(member, config), source };
  });
}

function valueText(member: keyof Config, config: Config): string {
  const value = config[member];
  if (value === null) return "";
  if (member === "databaseUrl" || member === "smtpUrl") return maskUrl(String(value));
  if (member === "secretKey" || member === "s3SecretKey" || member === "metricsToken") return "***";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** A database's URL without its password, wherever it stands. */
export function maskUrl(text: string): string {
  if (!URL.canParse(text)) return "***";
  const url = new URL(text);
  if (url.password !== "") url.password = "***";
  for (const name of ["password", "sslpassword"]) if (url.searchParams.has(name)) url.searchParams.set(name, "***");
  return url.href;
}
