import { Star, StarOff } from 'lucide-react';
import { useTranslation } from '../translation/translation.ts';
import { MenuItem } from '../components/menu.tsx';
import { useServices } from '../session/services.ts';
import { useChannelValue } from '../session/use-channel.ts';
import './tree-words.ts';

export function FavouriteItem({ document }: { readonly document: string }) {
  const { t } = useTranslation();
  const { client, library } = useServices();
  const isFavourite = useChannelValue(
    library,
    ({ state }) => state?.documents.find(({ id }) => id === document)?.favouriteAt !== undefined,
  );
  return (
    <MenuItem
      icon={isFavourite === true ? StarOff : Star}
      onSelect={() =>
        client.commands.run({
          name: 'document:favourite',
          input: { document, isFavourite: isFavourite !== true },
        })
      }
    >
      {t(isFavourite === true ? 'tree.unfavour' : 'tree.favour')}
    </MenuItem>
  );
}
