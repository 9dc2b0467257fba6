import tests from './vitest.config.ts';

/** `npm run screens`: no tests, but pictures to look at, in target/screens. */
export default { test: { ...tests.test, include: ['e2e/**/*.screens.ts'], testTimeout: 300_000 } };
