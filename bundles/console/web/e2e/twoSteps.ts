import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { distribution } from '../../../../clients/typescript/test/node.ts';

const SOURCE = resolve(import.meta.dirname, '../../../../integration-tests/src/test/java/io/patchbay/it/twosteps/TwoSteps.java');
const CLASS = 'io.patchbay.it.twosteps.TwoSteps';

/** What the account of every name has for a password in {@link twoStepsPlugin}. */
export const TWO_STEPS_PASSWORD = 'correct horse battery staple';

/**
 * The jar of a plugin whose login takes two steps, a password and then the name backwards as a code, compiled against the distribution. A version adopts no state but its own.
 *
 * @param state the version of what it keeps between the two steps
 */
export function twoStepsPlugin(version = '1.0.0', state = 1): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-two-steps-'));
  const classes = join(folder, 'classes');
  mkdirSync(join(classes, 'OSGI-INF'), { recursive: true });
  execFileSync('javac', ['-proc:none', '--release', '17', '-cp', join(distribution(), 'lib', '*'), '-d', classes, SOURCE]);
  writeFileSync(
    join(classes, 'OSGI-INF', 'two-steps.xml'),
    `<scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="two-steps" activate="activate">
       <implementation class="${CLASS}"/>
       <service><provide interface="io.patchbay.api.auth.AuthMethod"/></service>
       <property name="patchbay.name" value="two-steps"/>
       <property name="patchbay.state.saves" value="${state}"/>
       <property name="patchbay.state.adopts" value="${state}"/>
     </scr:component>`,
  );
  const manifest = join(folder, 'manifest.txt');
  writeFileSync(
    manifest,
    [
      'Bundle-ManifestVersion: 2',
      'Bundle-SymbolicName: com.example.twosteps',
      `Bundle-Version: ${version}`,
      'Import-Package: io.patchbay.api,io.patchbay.api.auth,io.patchbay.api.',
      ' document,io.patchbay.api.migration',
      'Service-Component: OSGI-INF/two-steps.xml',
      'Require-Capability: osgi.extender;filter:="(osgi.extender=osgi.compon',
      ' ent)"',
      '',
    ].join('\n'),
  );
  const jar = join(folder, 'two-steps.jar');
  execFileSync('jar', ['--create', '--file', jar, '--manifest', manifest, '-C', classes, '.']);
  return jar;
}
