import { t } from "../../i18n/t.ts";
import { AreaField, SelectField, TextField } from "./fields.tsx";
import { type Security, usualPort } from "./providers.ts";
import type { Form } from "./use-form.ts";

/** How a mail server is reached and signed in to, as forms have it. */
export interface ServerValues {
  host: string;
  port: string;
  security: Security;
  auth: "password" | "oauth" | "none";
  user: string;
  password: string;
  token_url: string;
  client_id: string;
  client_secret: string;
  refresh_token: string;
}

export const NO_SECRETS = { password: "", token_url: "", client_id: "", client_secret: "", refresh_token: "" };

/** What the API names otherwise. */
const SERVER_FIELDS = {
  "oauth.token_url": "token_url",
  "oauth.client_id": "client_id",
  "oauth.client_secret": "client_secret",
  "oauth.refresh_token": "refresh_token",
  oauth: "refresh_token",
} as const;

/** Without the one secret or the other the API asks for a password, whose field may not be there. */
export function serverFields({ auth }: Pick<ServerValues, "auth">) {
  return auth === "oauth" ? ({ ...SERVER_FIELDS, password: "refresh_token" } as const) : SERVER_FIELDS;
}

/** Where it is. `fixed`: which host it is cannot change any more. */
export function PlaceFields<T extends ServerValues>({
  form: given,
  kind,
  fixed = false,
}: {
  form: Form<T>;
  kind: "imap" | "smtp";
  fixed?: boolean;
}) {
  const form = given as unknown as Form<ServerValues>;
  return (
    <div className="grid gap-4 medium:grid-cols-[1fr_7rem_12rem]">
      <TextField
        form={form}
        name="host"
        label={t("server.host")}
        placeholder={`${kind}.example.com`}
        readOnly={fixed}
        disabled={fixed}
      />
      <TextField form={form} name="port" label={t("server.port")} inputMode="numeric" />
      <SelectField
        form={form}
        name="security"
        label={t("server.security")}
        options={[
          ["tls", t("server.tls")],
          ["starttls", t("server.starttls")],
          ["none", t("server.unencrypted")],
        ]}
        onChosen={(security) => form.set("port", String(usualPort(kind, security as Security)))}
      />
    </div>
  );
}

/** How one signs in. `kept`: there is a secret already, which stays unless another is given. */
export function SignInFields<T extends ServerValues>({
  form: given,
  kind,
  fixed = false,
  kept = false,
  usual,
}: {
  form: Form<T>;
  kind: "imap" | "smtp";
  fixed?: boolean;
  kept?: boolean;
  /** What is taken when no name is given. */
  usual?: string;
}) {
  const form = given as unknown as Form<ServerValues>;
  const { auth } = form.values;
  const ways = [
    ["password", t("server.byPassword")],
    ["oauth", t("server.byOAuth")],
    ...(kind === "smtp" ? [["none", t("server.byNothing")] as const] : []),
  ] as const;
  return (
    <>
      <SelectField form={form} name="auth" label={t("server.signIn")} options={ways} />
      {auth !== "none" && (
        <TextField
          form={form}
          name="user"
          label={t("server.user")}
          readOnly={fixed}
          disabled={fixed}
          {...(usual !== undefined && { placeholder: usual, hint: t("server.userHint") })}
        />
      )}
      {auth === "password" && (
        <TextField
          form={form}
          name="password"
          type="password"
          label={t("server.password")}
          autoComplete="new-password"
          {...(kept && { hint: t("server.passwordKept") })}
        />
      )}
      {auth === "oauth" && <OAuthFields form={form} kept={kept} />}
    </>
  );
}

function OAuthFields({ form, kept }: { form: Form<ServerValues>; kept: boolean }) {
  return (
    <>
      <TextField form={form} name="token_url" label={t("server.tokenUrl")} />
      <div className="grid gap-4 medium:grid-cols-2">
        <TextField form={form} name="client_id" label={t("server.clientId")} />
        <TextField form={form} name="client_secret" type="password" label={t("server.clientSecret")} />
      </div>
      <AreaField
        form={form}
        name="refresh_token"
        rows={3}
        label={t("server.refreshToken")}
        hint={kept ? t("server.passwordKept") : t("server.refreshTokenHint")}
      />
    </>
  );
}

/** What the fields say, as the API takes it; what was left empty is left out. */
export function serverInput({ host, port, security, auth, user, ...secrets }: ServerValues) {
  const { password, token_url, client_id, client_secret, refresh_token } = secrets;
  return {
    host: host.trim(),
    ...(/^\d+$/.test(port.trim()) ? { port: Number(port) } : { port: port as unknown as number }),
    security,
    ...(auth !== "none" && { user: user.trim() }),
    ...(auth === "password" && password !== "" && { password }),
    ...(auth === "oauth" &&
      refresh_token.trim() !== "" && {
        oauth: {
          token_url: token_url.trim(),
          client_id: client_id.trim(),
          ...(client_secret !== "" && { client_secret }),
          refresh_token: refresh_token.trim(),
        },
      }),
  };
}
