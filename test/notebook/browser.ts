import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Whether checks in a browser can run; says why not. */
export function haveChromium(): boolean {
  const found = existsSync(EXECUTABLE);
  if (!found) console.log(`skipped: no ${EXECUTABLE}; apt-get install chromium, or set CHROMIUM`);
  return found;
}

/** A page, and everything that went wrong or left the machine while it was open. */
export interface WatchedPage {
  readonly browser: Browser;
  readonly page: Page;
  readonly errors: string[];
  /** Addresses asked for, but for data: and blob:, which are part of the page. */
  readonly requests: string[];
}

export async function openPage(): Promise<WatchedPage> {
  const quiet = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet];
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  return { browser, page, errors, requests };
}

/** Number of figures that plotly has drawn. */
export function nrDrawn(page: Page): Promise<number> {
  return page.locator(".js-plotly-plot:has(svg.main-svg)").count();
}
