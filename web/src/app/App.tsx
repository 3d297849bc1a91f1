import { LocationProvider, useLocation } from "preact-iso";
import { exec } from "preact-iso/router";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { nextOf } from "@/shared/navigate";
import type { ScreenProps, ScreenRoute } from "@/shared/screen";
import { keepApp } from "@/shared/session/keepApp";
import {
  hasPortal,
  homeOf,
  isRecalled,
  loadMe,
  me,
  type Me,
  wasSignedIn,
  wasSignedOut,
} from "@/shared/session/session";

import { AppLayout, CardLayout } from "./layouts";
import { routes } from "./routes";
import { texts } from "./texts";

const LOGIN = "/app/login";
/** Milliseconds after which a page that could not find out who is signed in tries again by itself. */
const RETRY = 5000;

export function App() {
  const isSignedIn = Boolean(me.value);
  useEffect(() => {
    if (isSignedIn) keepApp();
  }, [isSignedIn]);
  return (
    <LocationProvider scope="/app">
      <CurrentScreen />
    </LocationProvider>
  );
}

function CurrentScreen() {
  const { path, url } = useLocation();
  const account = me.value;
  const found = match(path);
  const load = found?.route.load;
  useEffect(() => {
    // While the server is asked who is signed in; `Lazy` tells if it cannot be loaded.
    load?.().catch(() => undefined);
  }, [load]);
  const isHome = path === "/app" || path === "/app/";
  if (isHome) return <Guarded access="signed-in">{(mine) => <Redirect to={homeOf(mine)} />}</Guarded>;
  if (!found) {
    return (
      <CardLayout>
        <NotFound />
      </CardLayout>
    );
  }
  const { route, params } = found;
  const screen = <Lazy key={path} load={route.load} params={params} />;
  if (route.access === "public") {
    return (
      <CardLayout>
        <Welcomed isSignIn={path === LOGIN} url={url}>
          {screen}
        </Welcomed>
      </CardLayout>
    );
  }
  const content = <Guarded access={route.access}>{() => screen}</Guarded>;
  if (route.layout === "bare" || !account) return content;
  return <AppLayout portal={portalOf(path, account)}>{content}</AppLayout>;
}

function match(path: string): { route: ScreenRoute; params: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    const matched = exec(path, route.path, { params: {} } as never) as { params: Record<string, string> } | undefined;
    if (matched) return { route, params: matched.params };
  }
  return undefined;
}

function portalOf(path: string, account: Me): "user" | "admin" {
  return path.startsWith("/app/admin/") || !hasPortal(account, "user") ? "admin" : "user";
}

/** Whoever is signed in already has no use for the sign-in screen. */
function Welcomed(props: { isSignIn: boolean; url: string; children: ComponentChildren }) {
  const account = me.value;
  const isAsking = props.isSignIn && account === undefined && wasSignedIn();
  useEffect(() => {
    if (isAsking) loadMe().catch(() => (me.value ??= null));
  }, [isAsking]);
  if (isAsking) return <Loading />;
  if (props.isSignIn && account) return <Redirect to={destination(props.url, account)} />;
  return <>{props.children}</>;
}

/** Where somebody was going before signing in. */
function destination(url: string, account: Me): string {
  return nextOf(url) ?? homeOf(account);
}

function Guarded(props: { access: ScreenRoute["access"]; children: (account: Me) => ComponentChildren }) {
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  const { url } = useLocation();
  const account = me.value;
  useEffect(() => {
    if (me.peek() === undefined || isRecalled.peek()) loadMe().catch((problem: unknown) => setError(problem));
  }, [round]);
  const retry = (): void => {
    setError(undefined);
    setRound((n) => n + 1);
  };
  useEffect(() => {
    if (!error) return;
    const timer = setTimeout(retry, RETRY);
    addEventListener("online", retry);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", retry);
    };
  }, [error]);
  if (account === undefined) return error ? <Failure error={error} onRetry={retry} /> : <Loading />;
  if (account === null) return <Redirect to={wasSignedOut() ? LOGIN : loginAddress(url)} />;
  if ((props.access === "user" || props.access === "admin") && !hasPortal(account, props.access)) {
    return (
      <Page title={texts().noAccess}>
        <p>{texts().noAccessText}</p>
        <LinkButton href={homeOf(account)}>{texts().toStart}</LinkButton>
      </Page>
    );
  }
  return <>{props.children(account)}</>;
}

function loginAddress(url: string): string {
  const isHome = url === "/app" || url === "/app/";
  return isHome ? LOGIN : `${LOGIN}?next=${encodeURIComponent(url)}`;
}

function Redirect(props: { to: string }) {
  const { route } = useLocation();
  useEffect(() => route(props.to, true), [props.to, route]);
  return <Loading />;
}

/** A screen whose code is loaded when it is first shown. */
function Lazy(props: ScreenProps & { load: ScreenRoute["load"] }) {
  const [loaded, setLoaded] = useState<{ Screen: ComponentType<ScreenProps> }>();
  const [isMissing, setMissing] = useState(false);
  const { load } = props;
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (module) => {
        if (isCurrent) setLoaded({ Screen: module.default });
      },
      () => setMissing(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [load]);
  if (isMissing) {
    const reload = <Button onClick={() => location.reload()}>{texts().reload}</Button>;
    return (
      <Notice kind="alert" actions={reload}>
        {texts().newVersion}
      </Notice>
    );
  }
  return loaded ? <loaded.Screen params={props.params} /> : <Loading />;
}

function NotFound() {
  return (
    <Page title={texts().notFound}>
      <p>{texts().notFoundText}</p>
      <LinkButton href="/app/">{texts().toStart}</LinkButton>
    </Page>
  );
}
