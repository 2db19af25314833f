import { expect, test } from 'vitest';
import { layOutCards } from './card-layout.ts';

const card = (wanted: number, height = 100) => ({ wanted, height });

test('cards are at their texts, or below the card before', () => {
  expect(layOutCards([card(0), card(50), card(400)], -1)).toEqual([0, 110, 400]);
  expect(layOutCards([], -1)).toEqual([]);
});

test('the active card is at its text, and the others make room', () => {
  expect(layOutCards([card(300), card(350), card(360)], 2)).toEqual([140, 250, 360]);
});

test('no card is above the list', () => {
  expect(layOutCards([card(0), card(10), card(20)], 2)).toEqual([0, 110, 220]);
  expect(layOutCards([card(-30)], 0)).toEqual([0]);
});
