import path from 'node:path';
import type { Page } from 'playwright-core';
import { startScript } from '../programs';

/** An OpenID provider at which a person signs in. */
export interface SignIn {
  readonly issuer: string;
  /** Signs in on the pages of the provider, once they are there, and agrees to everything. */
  agree(page: Page): Promise<void>;
  end(): Promise<void>;
}

/** @param patient the patient in context of the tokens of the SMART app */
export async function startSignIn(patient = ''): Promise<SignIn> {
  const provider = startScript(path.join(__dirname, 'processes', 'provider.mjs'), patient);
  return {
    issuer: await provider.hear(),
    async agree(page) {
      await page.locator('[name=login]').fill('somebody');
      await page.locator('[name=password]').fill('anything');
      await page.getByRole('button', { name: /sign-in/i }).click();
      await page.getByRole('button', { name: /continue/i }).click();
    },
    end: () => provider.end(),
  };
}
