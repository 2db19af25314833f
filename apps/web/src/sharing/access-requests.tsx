import { Avatar } from '../components/avatar.tsx';
import { useChannel, useChannelValue } from '../session/use-channel.ts';
import { useTranslation } from '../translation/translation.ts';
import { RequestAnswer } from './request-answer.tsx';

/** Who has asked for access to a document, for those who may share it: as in their inbox. */
export function AccessRequests({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const notifications = useChannelValue(useChannel('inbox'), ({ state }) => state?.notifications);
  const requests = (notifications ?? []).filter(
    (of) => of.kind === 'request' && of.document === document,
  );
  if (requests.length === 0) return null;
  return (
    <section aria-labelledby="share-requests">
      <h3 id="share-requests" className="mb-1 text-small font-medium text-ink-3">
        {t('sharing.requests.title')}
      </h3>
      <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
        {requests.map(({ id, by, excerpt }) => (
          <li key={id} className="flex gap-2.5 px-2 py-2 text-ui">
            <Avatar name={by.name} color={by.color} />
            <div className="min-w-0 flex-1">
              <bdi className="block truncate">{by.name}</bdi>
              {excerpt !== '' && (
                <p className="written mt-0.5 text-small break-words text-ink-2">
                  <bdi>{excerpt}</bdi>
                </p>
              )}
              <RequestAnswer document={document} user={by} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
