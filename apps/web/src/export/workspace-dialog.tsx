import { useEffect, useRef, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { useTranslation } from '../translation/translation.ts';
import './export-words.ts';
import { pageWorkspace } from './page-workspace.ts';
import { saveFile } from './save-file.ts';
import { exportWorkspace, type WorkspaceReport } from './workspace-export.ts';
import { MAX_WORKSPACE_DOCUMENTS } from './workspace-manifest.ts';
import { ZipFile } from './zip-file.ts';
import { createZipTarget } from './zip-target.ts';

type State =
  | { readonly kind: 'asking' | 'failed' | 'cancelled' }
  | { readonly kind: 'running'; readonly done: number; readonly count: number | null }
  | {
      readonly kind: 'done';
      readonly name: string;
      readonly report: WorkspaceReport;
      readonly hasMore: boolean;
    };

/** In a report. */
const MAX_NAMES = 20;

export function WorkspaceDialog({ onClose }: { readonly onClose: () => void }) {
  const { t, language } = useTranslation();
  const services = useServices();
  const [state, setState] = useState<State>({ kind: 'asking' });
  const cancellation = useRef(new AbortController());
  useEffect(() => () => cancellation.current.abort(), []);

  const run = async () => {
    const { signal } = (cancellation.current = new AbortController());
    setState({ kind: 'running', done: 0, count: null });
    try {
      const source = await pageWorkspace(services, { untitled: t('untitled'), signal });
      const count = source.documents.length;
      const target = await createZipTarget();
      const zip = new ZipFile({ writable: target.writable });
      const report = await exportWorkspace(source, {
        zip,
        signal,
        onProgress: (done) => setState({ kind: 'running', done, count }),
      });
      await zip.close();
      const name = `Tandem ${source.now.toISOString().slice(0, 10)}.zip`;
      saveFile(name, await target.finish());
      setState({ kind: 'done', name, report, hasMore: source.hasMore });
    } catch {
      setState({ kind: signal.aborted ? 'cancelled' : 'failed' });
    }
  };
  const names = (all: readonly string[]) =>
    nameList(all.slice(0, MAX_NAMES), formatLocale(language));

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('export.workspace.title')}
      place="narrow"
    >
      <div role="status" className="flex flex-col gap-3 text-ui text-ink-2">
        {state.kind === 'asking' && <p>{t('export.workspace.about')}</p>}
        {state.kind === 'cancelled' && <p>{t('export.workspace.cancelled')}</p>}
        {state.kind === 'failed' && <p className="text-bad">{t('export.workspace.failed')}</p>}
        {state.kind === 'running' && (
          <p>
            {state.count === null
              ? t('export.workspace.listing')
              : t('export.workspace.progress', { done: state.done, count: state.count })}
          </p>
        )}
        {state.kind === 'done' && (
          <>
            <p>{t('export.workspace.done', { count: state.report.documents, name: state.name })}</p>
            {state.hasMore && (
              <p className="text-bad">
                {t('export.workspace.hasMore', {
                  limit: MAX_WORKSPACE_DOCUMENTS.toLocaleString(formatLocale(language)),
                })}
              </p>
            )}
            {state.report.withoutMessages.length > 0 && (
              <p className="text-bad">
                {t('export.workspace.withoutMessages', {
                  names: names(state.report.withoutMessages),
                })}
              </p>
            )}
            {state.report.withoutOldMessages.length > 0 && (
              <p className="text-bad">
                {t('export.workspace.withoutOldMessages', {
                  names: names(state.report.withoutOldMessages),
                })}
              </p>
            )}
            {state.report.missing.length > 0 && (
              <p className="text-bad">
                {t('export.workspace.missing', { names: names(state.report.missing) })}
              </p>
            )}
          </>
        )}
      </div>
      {state.kind === 'running' && (
        <ProgressBar
          className="mt-3"
          label={t('export.workspace.title')}
          share={state.count === null ? null : state.done / Math.max(1, state.count)}
        />
      )}
      <div className="mt-4 flex justify-end gap-2">
        {state.kind === 'running' ? (
          <Button onClick={() => cancellation.current.abort()}>{t('cancel')}</Button>
        ) : state.kind === 'done' ? (
          <Button onClick={onClose}>{t('close')}</Button>
        ) : (
          <Button look="primary" onClick={() => void run()}>
            {t('export.workspace.start')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
