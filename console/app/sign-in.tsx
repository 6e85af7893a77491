// Owns the page by which a person signs in where the gateway asks who comes: an API key or a token, typed in once.
import { type SubmitEvent, useId, useState } from "react";
import { useSignIn } from "../api/caller.tsx";
import { credential } from "../api/credential.ts";
import { Button } from "../controls/button.tsx";
import styles from "./sign-in.module.css";

export function SignIn() {
  const { signIn } = useSignIn();
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const id = useId();
  const refused = credential() !== undefined;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await signIn(value.trim());
    setBusy(false);
  };
  return (
    <main className={styles["page"]}>
      <form className={styles["form"]} onSubmit={(event) => void submit(event)}>
        <h1>Holdfast</h1>
        <label htmlFor={id}>API key or token</label>
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={value}
          aria-describedby={`${id}-note`}
          onChange={(event) => setValue(event.target.value)}
        />
        <p id={`${id}-note`} className={styles["note"]}>
          It stays in this tab, and is sent to this gateway alone.
        </p>
        <p role="alert" className={styles["refused"]}>
          {refused && !busy ? "The gateway does not take it." : ""}
        </p>
        <Button type="submit" look="primary" disabled={busy || value.trim() === ""}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
