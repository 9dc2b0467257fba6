import tests from './vitest.config.ts';

/** What a real browser does on a real node, but no test: `npm run screens` takes pictures to look at, into target/screens; `npm run first-load` measures. */
export default { test: { ...tests.test, include: ['e2e/aside/*.ts'], testTimeout: 600_000 } };
