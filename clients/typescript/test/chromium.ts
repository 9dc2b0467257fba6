import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** `PATCHBAY_CHROMIUM`, or the one that is installed. */
function executablePath(): string {
  const path = process.env['PATCHBAY_CHROMIUM'] ?? PLACES.find((place) => existsSync(place));
  if (!path) {
    throw new Error('There is no Chromium; install it (apt-get install chromium), or set PATCHBAY_CHROMIUM.');
  }
  return path;
}

/** How the browser of this machine is launched: it does nothing on the network by itself. */
export function launchOptions(): { executablePath: string; args: string[] } {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return { executablePath: executablePath(), args };
}
