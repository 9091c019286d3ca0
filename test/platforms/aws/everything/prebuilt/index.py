def handler(event, context):
    return {"seen": event}
