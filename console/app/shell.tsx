// Owns what is around every screen: navigation, connection, who is here, and the dialogs that are a key away.
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { CallerProvider, useCaller, useSignedIn, useSignIn } from "../api/caller.tsx";
import { credential } from "../api/credential.ts";
import { NewsProvider, useConnection } from "../api/news.tsx";
import { Button } from "../controls/button.tsx";
import { Failed } from "../controls/notice.tsx";
import { type Command, useCommands } from "../keyboard/commands.tsx";
import { Palette } from "../keyboard/palette.tsx";
import { ShortcutMap } from "../keyboard/shortcut-map.tsx";
import { applyTheme, THEMES, themePreference, usePreference } from "./preferences.ts";
import { SCREENS } from "./screens.ts";
import styles from "./shell.module.css";
import { SignIn } from "./sign-in.tsx";

export function Shell() {
  const { caller, error, mustSignIn, refetch } = useSignedIn();
  if (mustSignIn) return <SignIn />;
  if (error !== undefined && error !== null) {
    return (
      <main className={styles["main"]}>
        <Failed error={error} retry={refetch} />
      </main>
    );
  }
  // Nothing is drawn for the instant that it takes.
  if (caller === undefined) return null;
  return (
    <CallerProvider caller={caller}>
      <NewsProvider>
        <Frame />
      </NewsProvider>
    </CallerProvider>
  );
}

function Frame() {
  const [shown, setShown] = useState<"palette" | "map">();
  const close = (): void => setShown(undefined);
  const screens = useScreens();
  useCommands([
    { id: "map", label: "Show all keys", group: "Anywhere", keys: "?", run: () => setShown("map") },
  ]);
  usePaletteKey(() => setShown("palette"));
  return (
    <div className={styles["frame"]}>
      <a className={styles["skip"]} href="#main">
        To the content
      </a>
      <header className={styles["head"]}>
        <Link to="/" className={styles["name"]}>
          Holdfast
        </Link>
        <nav aria-label="Screens" className={styles["nav"]}>
          {screens.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              className={styles["link"]}
              activeOptions={{ exact: to === "/", includeSearch: false }}
            >
              {label}
            </Link>
          ))}
        </nav>
        <Live />
        <Button look="bare" onClick={() => setShown("palette")} aria-keyshortcuts="Control+K">
          Find <kbd className={styles["wide"]}>Ctrl K</kbd>
        </Button>
        <Button look="bare" onClick={() => setShown("map")} aria-label="Show all keys">
          ?
        </Button>
        <ThemeSwitch />
        <Person />
      </header>
      <main id="main" className={styles["main"]} tabIndex={-1}>
        <Outlet />
      </main>
      <Palette open={shown === "palette"} close={close} />
      <ShortcutMap open={shown === "map"} close={close} />
    </div>
  );
}

function useScreens() {
  const caller = useCaller();
  const navigate = useNavigate();
  const screens = SCREENS.filter(({ needs }) => caller.may(needs));
  const commands = screens.map(({ to, label, key }): Command => ({
    id: `go-${to}`,
    label,
    group: "Go to",
    keys: `g ${key}`,
    run: () => void navigate({ to }),
  }));
  useCommands(commands);
  return screens;
}

function usePaletteKey(open: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      open();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}

const CONNECTION = {
  connecting: "Connecting …",
  live: "Live",
  lost: "Reconnecting …",
} as const;

function Live() {
  const connection = useConnection();
  return (
    <span role="status" className={styles["live"]} data-connection={connection}>
      {CONNECTION[connection]}
    </span>
  );
}

function ThemeSwitch() {
  const theme = usePreference(themePreference);
  useEffect(applyTheme, [theme]);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const change = (): void => themePreference.set(next);
  useCommands([{ id: "theme", label: `Theme: ${next}`, group: "Anywhere", run: change }]);
  return (
    <Button look="bare" onClick={change} aria-label={`Theme: ${theme}. Change to ${next}`}>
      {{ system: "◐", light: "☀", dark: "☾" }[theme]}
    </Button>
  );
}

function Person() {
  const { principal, tenant } = useCaller();
  const { signOut } = useSignIn();
  return (
    <span className={styles["person"]}>
      <span
        className={styles["wide"]}
        title={tenant === undefined ? principal : `${principal} of ${tenant}`}
      >
        {principal}
      </span>
      {credential() === undefined ? null : (
        <Button look="bare" onClick={signOut}>
          Sign out
        </Button>
      )}
    </span>
  );
}
