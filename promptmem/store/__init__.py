"""store: the durable record of what people clarified, what was asked, and what came of it"""
from promptmem.core import lazy_exports

_names = {
    **{m: None for m in ("tables", "database", "search", "erase", "transfer")},
    "Store": "store", "as_store": "store",
    "VERSION": "tables", "metadata": "tables", "meta": "tables", "indexes": "tables", "clarifications": "tables",
    "interactions": "tables", "uses": "tables", "vectors": "tables", "epochs": "tables", "erased": "tables",
    "normalize": "tables", "slot_of": "tables", "storable": "tables", "layers_of": "tables", "one_scope": "tables",
    "utc": "tables",
    "explained": "database", "put_uses": "database", "insert_interaction": "database", "change_number": "database",
    "StoreError": "database", "StoreVersionError": "database", "StoreFull": "database", "StoreReadOnly": "database",
    "StoreBusy": "database", "StoreCorrupt": "database", "Forgotten": "database", "Changes": "database",
    "as_url": "database", "shown": "database",
    "Database": "database", "watermark": "database",
    "EXACT_LIMIT": "search", "ClosestSearch": "search", "SemanticSearch": "search", "PostgresSearch": "search",
    "ForgetReceipt": "erase", "forget": "erase", "finish_erasures": "erase",
    "ImportReport": "transfer", "export_jsonl": "transfer", "parse_line": "transfer", "import_jsonl": "transfer",
}
__getattr__, __dir__, __all__ = lazy_exports(__name__, _names)
