import { FileCode2, FileText, FileType2, Printer, type LucideIcon } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { useTranslation } from '../translation/translation.ts';
import { formatLocale } from '../languages/i18n.ts';
import { nameList } from '../languages/names.ts';
import { useServices } from '../session/services.ts';
import { documentFileReader } from './document-file.ts';
import {
  exportDocument,
  type ExportedDocument,
  type ExportFormat,
  type ExportSource,
  FormatNotLoaded,
} from './export-document.ts';
import './export-words.ts';
import { hideRepeatedAddresses } from './printed-addresses.ts';
import { saveFile } from './save-file.ts';

interface ExportDialogProps extends Pick<ExportSource, 'title' | 'doc'> {
  readonly document: string;
  readonly onClose: () => void;
}

type ExportState =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed' | 'not-loaded' }
  | { readonly kind: 'done'; readonly exported: ExportedDocument };

export function ExportDialog({ document, title, doc, onClose }: ExportDialogProps) {
  const { t } = useTranslation();
  const { client } = useServices();
  const [state, setState] = useState<ExportState>({ kind: 'choosing' });
  const run = async (format: ExportFormat) => {
    setState({ kind: 'running' });
    try {
      const exported = await exportDocument(format, {
        title,
        doc,
        readFile: documentFileReader(document, client.fetch),
        untitled: t('untitled'),
      });
      saveFile(exported.name, exported.blob);
      setState({ kind: 'done', exported });
    } catch (error) {
      setState({ kind: error instanceof FormatNotLoaded ? 'not-loaded' : 'failed' });
    }
  };
  const print = () => {
    onClose();
    // After the dialog has gone.
    requestAnimationFrame(() => requestAnimationFrame(() => window.print()));
  };
  const isBusy = state.kind === 'running';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('export.title')}
      place="narrow"
    >
      <div className="flex flex-col gap-1">
        <Format
          icon={FileText}
          title={t('export.markdown')}
          disabled={isBusy}
          onChoose={() => void run('markdown')}
        >
          {t('export.markdownAbout')}
        </Format>
        <Format
          icon={FileCode2}
          title={t('export.html')}
          disabled={isBusy}
          onChoose={() => void run('html')}
        >
          {t('export.htmlAbout')}
        </Format>
        <Format
          icon={FileType2}
          title={t('export.docx')}
          disabled={isBusy}
          onChoose={() => void run('docx')}
        >
          {t('export.docxAbout')}
        </Format>
        <Format icon={Printer} title={t('export.print')} disabled={isBusy} onChoose={print}>
          {t('export.printAbout')}
        </Format>
      </div>
      <div role="status" className="mt-3 flex flex-col gap-2 px-2 text-ui text-ink-2">
        <Result state={state} />
      </div>
    </Dialog>
  );
}

function Format({
  icon: Icon,
  title,
  disabled,
  onChoose,
  children,
}: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly disabled: boolean;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onChoose}
      className="flex w-full items-start gap-3 rounded-box p-2 text-start hover:bg-hover disabled:opacity-50"
    >
      <Icon size={18} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ink-2" />
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        <span className="block text-ui text-ink-2">{children}</span>
      </span>
    </button>
  );
}

function Result({ state }: { readonly state: ExportState }) {
  const { t, language } = useTranslation();
  switch (state.kind) {
    case 'choosing':
      return <p className="text-small text-ink-3">{t('export.left')}</p>;
    case 'running':
      return <p>{t('export.running')}</p>;
    case 'failed':
      return <p className="text-bad">{t('export.failed')}</p>;
    case 'not-loaded':
      return <p className="text-bad">{t('export.notLoaded')}</p>;
    case 'done': {
      const { name, missing, tooLarge } = state.exported;
      const listed = (names: readonly string[]) => ({
        count: names.length,
        names: nameList(names, formatLocale(language)),
      });
      return (
        <>
          <p className="wrap-anywhere">{t('export.done', { name })}</p>
          {missing.length > 0 && <p className="text-bad">{t('export.missing', listed(missing))}</p>}
          {tooLarge.length > 0 && (
            <p className="text-bad">{t('export.tooLarge', listed(tooLarge))}</p>
          )}
        </>
      );
    }
  }
}

// This code is loaded on every page once it is idle, so that printing by the browser's menu is the same.
hideRepeatedAddresses();
