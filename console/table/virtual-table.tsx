// Owns long tables: rows are drawn only where they are seen, so that a hundred thousand scroll as ten do. The
// header stays, j and k move from row to row, and each row leads somewhere by a link in it.
import {
  type ReactTable,
  type RowData,
  type TableOptions,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, type ReactNode, useEffect, useMemo, useRef } from "react";
import { useRowKeys } from "./use-row-keys.ts";
import styles from "./virtual-table.module.css";

/** As --row of tokens.css. */
const ROW_PX = 34;
/** Rows drawn above and below what is seen. */
const OVERSCAN = 12;
/** So many rows before the end more are asked for. */
const AHEAD = 60;

/** Order and filters are the gateway's. */
const features = tableFeatures({});

export interface VirtualTableProps<D extends RowData> {
  /** Of TanStack's table. */
  readonly cells: TableOptions<typeof features, D>["columns"];
  readonly rows: readonly D[];
  readonly rowId: (row: D) => string;
  /** What it is a table of. */
  readonly label: string;
  /** CSS grid columns, one for each of `cells`. */
  readonly columns: string;
  /** Of a narrow window, where the columns in `narrowHidden` are left out. */
  readonly narrowColumns?: string;
  readonly narrowHidden?: readonly string[];
  /** Rows that there are, loaded or not; undefined: nobody knows. */
  readonly total?: number | undefined;
  /** Asks for the rows behind the last one. */
  readonly loadMore?: (() => void) | undefined;
  readonly isSelected?: (row: D) => boolean;
  /** In the place of rows. */
  readonly empty?: ReactNode;
}

export function VirtualTable<D extends RowData>(props: VirtualTableProps<D>) {
  const { cells, rows, rowId, label, columns, narrowColumns = columns, total, loadMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? -1;
  // Of the rows that are drawn alone: to make one for each of a hundred thousand takes longer than a frame.
  const data = useMemo(() => rows.slice(first, last + 1), [rows, first, last]);
  const table = useTable({ features, columns: cells, data, getRowId: rowId });
  useEffect(() => {
    if (last >= rows.length - AHEAD) loadMore?.();
  }, [last, rows.length, loadMore]);
  useRowKeys({ rows: rows.length, scroller, show: (index) => virtual.scrollToIndex(index) });
  const style = { "--columns": columns, "--narrow-columns": narrowColumns } as CSSProperties;
  return (
    <div ref={scroller} className={styles["scroller"]}>
      <div
        role="table"
        aria-label={label}
        aria-rowcount={(total ?? rows.length) + 1}
        className={styles["table"]}
        style={style}
      >
        <Head {...props} table={table} />
        <div
          role="rowgroup"
          className={styles["body"]}
          style={{ height: `${virtual.getTotalSize()}px` }}
        >
          {table.getRowModel().rows.map((row, at) => (
            <DrawnRow
              key={row.id}
              table={table}
              row={row}
              index={first + at}
              selected={props.isSelected?.(row.original)}
              narrowHidden={props.narrowHidden}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 ? props.empty : null}
    </div>
  );
}

type Table<D extends RowData> = ReactTable<typeof features, D>;

function Head<D extends RowData>({
  table,
  narrowHidden,
}: Pick<VirtualTableProps<D>, "narrowHidden"> & { readonly table: Table<D> }) {
  return (
    <div role="rowgroup" className={styles["head"]}>
      {table.getHeaderGroups().map((group) => (
        <div key={group.id} role="row" aria-rowindex={1} className={styles["row"]}>
          {group.headers.map((header) => (
            <div
              key={header.id}
              role="columnheader"
              className={cellClass(header.column.id, narrowHidden)}
            >
              <table.FlexRender header={header} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

interface RowProps<D extends RowData> {
  readonly table: Table<D>;
  readonly row: ReturnType<Table<D>["getRowModel"]>["rows"][number];
  readonly index: number;
  readonly selected: boolean | undefined;
  readonly narrowHidden: readonly string[] | undefined;
}

function Row<D extends RowData>({ table, row, index, selected, narrowHidden }: RowProps<D>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-selected={selected}
      data-row={index}
      className={`${styles["row"]} ${styles["moving"]}`}
      style={{ transform: `translateY(${index * ROW_PX}px)` }}
    >
      {row.getAllCells().map((cell) => (
        <div key={cell.id} role="cell" className={cellClass(cell.column.id, narrowHidden)}>
          <table.FlexRender cell={cell} />
        </div>
      ))}
    </div>
  );
}

/** TanStack's row is another one at each step of the scroll; what it is made of is not. */
const DrawnRow = memo(
  Row,
  (before, after) =>
    before.row.original === after.row.original &&
    before.index === after.index &&
    before.selected === after.selected &&
    before.narrowHidden === after.narrowHidden,
) as typeof Row;

function cellClass(column: string, narrowHidden: readonly string[] = []): string {
  return [styles["cell"], narrowHidden.includes(column) ? styles["wideOnly"] : undefined]
    .filter((each) => each !== undefined)
    .join(" ");
}
